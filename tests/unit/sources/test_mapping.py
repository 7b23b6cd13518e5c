"""A mapping is written by a person: each mistake is named where it is, with the nearest right word."""

from pathlib import Path

import pytest

import services.sources
from services.sources.mapping import load_mapping
from services.sources.tables import TableError

GOOD = """
[source]
tenant = "lang-son"
system = "one-stop"
kind = "one_stop"
zone = "Asia/Ho_Chi_Minh"

[[rows]]
name = "dossiers"
code = "ma"

[[rows.act]]
act = "accepted"
at = "tiep_nhan"
data.due_at = "hen_tra"

[[rows.act]]
status_from = "trang_thai"
at = "luc"

[status_map]
moi = 1
"""


def load(tmp_path: Path, text: str) -> None:
    file = tmp_path / "m.toml"
    file.write_text(text, encoding="utf-8")
    load_mapping(file)


def test_the_good_one_is_read(tmp_path: Path) -> None:
    load(tmp_path, GOOD)


@pytest.mark.parametrize("name", ["portal.toml", "one_stop.toml"])
def test_the_shipped_ones_are_read_for_any_tenant(name: str) -> None:
    mapping = load_mapping(Path(services.sources.__path__[0]) / "maps" / name, tenant="bac-giang", system="theirs")
    assert (mapping.tenant, mapping.system) == ("bac-giang", "theirs")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("status_from =", "status_form =", "rows[1].act[2]: unknown key 'status_form'; did you mean 'status_from'?"),
        ("[source]", "[sources]", "unknown key 'sources'; did you mean 'source'?"),
        ("data.due_at", "data.due_date", "rows[1].act[1]: data.due_date: no such field; did you mean 'due_at'?"),
        ('act = "accepted"', 'act = "acepted"', "rows[1].act[1].act: unknown act 'acepted'; did you mean 'accepted'?"),
        ('"one_stop"', '"onestop"', "source.kind: unknown kind 'onestop'; did you mean 'one_stop'?"),
        ("Ho_Chi_Minh", "Ho_Chi_Min", "source.zone: unknown zone 'Asia/Ho_Chi_Min'; did you mean 'Asia/Ho_Chi_Minh'?"),
        (
            "moi = 1",
            'moi = "acepted"',
            "status_map: 'moi' = 'acepted': no status 1-10, no act; did you mean 'accepted'?",
        ),
        ("[status_map]", "[act_map]", "act_map.moi: Input should be a valid string (it is '1')"),
        ("[status_map]\nmoi = 1", "", "rows 1 state statuses, but there is no [status_map]"),
        ('code = "ma"', "", "rows[1].code: is missing"),
        ('tenant = "lang-son"', "", "source.tenant is missing; say whose data this is"),
        ('tenant = "lang-son"', 'tenant = "Lạng Sơn"', "source.tenant: String should match pattern"),
        ('code = "ma"', 'code = "ma"\nencoding = "utf-9"', "unknown encoding 'utf-9'"),
        ('code = "ma"', 'code = "ma"\nencoding = "utf-16"', "convert the file to utf-8 first"),
        (
            'at = "luc"',
            'at = { column = "luc", format = "date15" }',
            "unknown time format 'date15'; did you mean 'date14'",
        ),
        ('at = "luc"', "at = {}", "give either a column or a constant value"),
        ('at = "luc"', 'at = "luc"\nonce = true', "`once` is for a fixed act without an id"),
        ('at = "luc"', 'at = "luc"\nact = "accepted"', "give exactly one of act, act_from, status_from"),
        ('at = "luc"', "at = luc", "is not TOML"),
    ],
)
def test_a_mistake_is_named_with_the_nearest_right_word(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert GOOD.count(right) == 1
    with pytest.raises(TableError) as error:
        load(tmp_path, GOOD.replace(right, wrong))
    assert str(tmp_path / "m.toml") in str(error.value)
    assert told in str(error.value)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError) as error:
        load(tmp_path, GOOD.replace("status_from =", "status_form =").replace('"one_stop"', '"onestop"'))
    assert "status_form" in str(error.value)
    assert "onestop" in str(error.value)


def test_a_mapping_that_is_not_utf8_is_named_by_its_byte(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_bytes("# người\n".encode("cp1258", errors="replace") + b"\xff\n")
    with pytest.raises(TableError, match="is not UTF-8 at byte"):
        load_mapping(file)


def test_a_mapping_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read: No such file"):
        load_mapping(tmp_path / "absent.toml")
