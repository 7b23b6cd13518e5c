"""A wrong setting is one sentence with its name, its value and what to do."""

from pathlib import Path

import pytest

from services.runtime.settings import KafkaSettings, PostgresSettings, ProcessSettings, SettingsError


def test_defaults_listen_on_the_machine_itself_only() -> None:
    settings = ProcessSettings.from_env("relay", {})
    assert (settings.host, settings.port, settings.log_format) == ("127.0.0.1", 0, "json")
    assert settings.instance.startswith("relay-")


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"KHOP_PORT": "http"}, "KHOP_PORT is 'http', not a whole number"),
        ({"KHOP_PORT": "70000"}, "KHOP_PORT is 70000; it must be from 0 to 65535"),
        ({"KHOP_LOG_FORMAT": "xml"}, "KHOP_LOG_FORMAT is 'xml'; it must be one of json, console"),
    ],
)
def test_process_settings_say_what_is_wrong(env: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ProcessSettings.from_env("relay", env)
    assert str(caught.value) == sentence


def test_the_database_must_be_named_as_a_url() -> None:
    with pytest.raises(SettingsError, match="KHOP_POSTGRES_DSN is not set; give it"):
        PostgresSettings.from_env({})
    with pytest.raises(SettingsError, match="does not start with postgresql://"):
        PostgresSettings.from_env({"KHOP_POSTGRES_DSN": "host=db password=hunter2"})


def test_a_secret_is_never_shown() -> None:
    env = {
        "KHOP_KAFKA_BOOTSTRAP": "broker:9093",
        "KHOP_KAFKA_PROTOCOL": "SASL_SSL",
        "KHOP_KAFKA_USERNAME": "recorder",
        "KHOP_KAFKA_PASSWORD": "hunter2",
    }
    settings = KafkaSettings.from_env(env)
    assert settings.password == "hunter2"
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in repr(PostgresSettings.from_env({"KHOP_POSTGRES_DSN": "postgresql://u:hunter2@db/khop"}))


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    env = {
        "KHOP_KAFKA_BOOTSTRAP": "broker:9093",
        "KHOP_KAFKA_PROTOCOL": "SASL_PLAINTEXT",
        "KHOP_KAFKA_USERNAME": "recorder",
        "KHOP_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
    }
    assert KafkaSettings.from_env(env).password == "hunter2"
    with pytest.raises(SettingsError, match="there is no such file"):
        KafkaSettings.from_env({**env, "KHOP_KAFKA_PASSWORD_FILE": str(tmp_path / "absent")})


def test_sasl_without_a_user_is_refused_before_any_connection() -> None:
    with pytest.raises(SettingsError, match="KHOP_KAFKA_PROTOCOL is SASL_SSL: give KHOP_KAFKA_USERNAME"):
        KafkaSettings.from_env({"KHOP_KAFKA_BOOTSTRAP": "b:1", "KHOP_KAFKA_PROTOCOL": "SASL_SSL"})


def test_plain_text_has_no_tls_and_an_encrypted_protocol_checks_the_other_side() -> None:
    plain = KafkaSettings(bootstrap="b:1")
    assert plain.tls() is None
    context = KafkaSettings(bootstrap="b:1", protocol="SSL").tls()
    assert context is not None
    assert context.check_hostname
