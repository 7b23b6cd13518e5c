"""What an official calls the facts that definitions need, for saying which of them nobody ever gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.domain.statistics.definition import Words

_WORDS: Final[Mapping[str, Words]] = {
    "channel": Words("kênh tiếp nhận", "the channel"),
    "due_at": Words("ngày hẹn trả", "the due date"),
    "procedure": Words("mã thủ tục", "the procedure"),
    "components_due": Words("số thành phần hồ sơ của thủ tục (danh mục)", "how many components a procedure has"),
    "paper_result": Words("thủ tục có kết quả giấy hay không (danh mục)", "whether a procedure has a paper result"),
    "fee": Words("thủ tục có phí, lệ phí hay không (danh mục)", "whether a procedure bears a fee"),
    "components_digitised": Words("thành phần hồ sơ được số hóa", "digitised components"),
    "components_reused": Words("thành phần hồ sơ được tái sử dụng", "reused components"),
    "results_digitised": Words("kết quả được số hóa", "digitised results"),
    "documents_signed": Words("văn bản đã ký", "signed documents"),
    "paid_online": Words("hình thức thanh toán", "how fees were paid"),
    "identity_verified": Words("tài khoản được xác thực", "verified accounts"),
    "national_at": Words("hồ sơ có trạng thái trên Cổng DVCQG", "dossiers with a status on the national portal"),
    "received_as_submitted": Words(
        "số hồ sơ tiếp nhận trong kỳ (cột 4 và 5) đã gửi Hệ thống thông tin báo cáo Chính phủ",
        "the dossiers received (columns 4 and 5) as submitted to the Government's report system for these days",
    ),
}


def in_words(fact: str) -> Words:
    """A column or a given figure as people call it. Raises KeyError for one that no definition may need yet."""
    return _WORDS[fact]
