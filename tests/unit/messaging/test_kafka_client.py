"""One security configuration serves producers and consumers alike."""

import ssl

from faststream.kafka.security import parse_security

from services.messaging.kafka_client import security
from services.runtime.settings import KafkaSettings


def test_plain_text_carries_no_secret_and_no_tls() -> None:
    assert parse_security(security(KafkaSettings(bootstrap="b:1"))) == {
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


def test_scram_over_tls_is_what_the_settings_say() -> None:
    settings = KafkaSettings(bootstrap="b:1", protocol="SASL_SSL", username="recorder", password="secret")
    options = parse_security(security(settings))
    assert isinstance(options.pop("ssl_context"), ssl.SSLContext)
    assert options == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "recorder",
        "sasl_plain_password": "secret",
    }


def test_tls_without_a_user_stays_encrypted() -> None:
    options = parse_security(security(KafkaSettings(bootstrap="b:1", protocol="SSL")))
    assert options["security_protocol"] == "SSL"
    assert options["ssl_context"].check_hostname
