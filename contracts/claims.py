"""What a system can say about a dossier: one class per act, the `data` of an observation and of the event it becomes.

Every act of the canonical list (one-stop regime, NĐ 61/2018 and NĐ 118/2025) has a class; a source that has only
statuses says `StatusReported` and what the row of statuses means is concluded later, never here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.codes import (
    Channel,
    Code,
    DossierStatus,
    Instant,
    Label,
    PaidVia,
    ReturnedBy,
    SystemKind,
    SystemName,
)
from contracts.frozen import Frozen
from contracts.reference import (
    AgencyDeclared,
    AgencySucceeded,
    CalendarDeclared,
    FiguresSubmitted,
    ProcedureDeclared,
)


class Claim(Frozen):
    """What came with an act. The optional attributes are the dossier's, as the source showed them at that act."""

    channel: Channel | None = None
    agency: Code | None = None
    """Handling agency (đơn vị xử lý), the one statistics are kept for."""
    receiving_agency: Code | None = None
    """Where it was handed in, which from 2025 may be any desk of the province."""
    procedure: Code | None = None
    """Procedure code (mã TTHC)."""


class StatusReported(Claim):
    """The source has this dossier in this status since `occurred_at`; which act led there is not said."""

    status: DossierStatus
    raw: Label
    """The source's own word for it, kept so that a wrong mapping can be found."""
    due_at: Instant | None = None


class DossierSubmitted(Claim):
    """Nộp hồ sơ: handed in, not yet accepted."""


class AcceptanceSupplementRequested(Claim):
    """Yêu cầu bổ sung trước tiếp nhận: papers asked for before acceptance; no processing clock runs yet."""

    round: Label | None = None


class DossierAccepted(Claim):
    """Tiếp nhận: from here it counts as received and its clock runs."""

    due_at: Instant | None = None


class DossierRefused(Claim):
    """Không tiếp nhận: refused at reception, never counted as received."""

    reason: Label | None = None


class Forwarded(Claim):
    """Chuyển xử lý: passed on inside the agency."""

    unit: Label | None = None


class StepCompleted(Claim):
    """One step of the internal workflow is done; it never moves the status by itself."""

    step: Label | None = None
    unit: Label | None = None


class SupplementRequested(Claim):
    """Yêu cầu bổ sung: the clock pauses until the papers are there."""

    round: Label | None = None
    reply_by: Instant | None = None


class SupplementReceived(Claim):
    """Đã bổ sung: the papers are there, the clock resumes; a new due date only where the source gives one."""

    round: Label | None = None
    due_at: Instant | None = None


class FinancialObligationRequested(Claim):
    """Yêu cầu thực hiện nghĩa vụ tài chính: the clock pauses until it is met."""

    reference: Code | None = None


class FinancialObligationFulfilled(Claim):
    """Đã thực hiện nghĩa vụ tài chính."""

    reference: Code | None = None
    due_at: Instant | None = None


class Suspended(Claim):
    """Tạm dừng: an internal pause, also what a source's pausing status 8 means."""

    reason: Label | None = None


class Resumed(Claim):
    """Tiếp tục xử lý."""

    due_at: Instant | None = None


class DueDateChanged(Claim):
    """Gia hạn, hẹn lại: another promised due date; the earlier ones stay in the history."""

    due_at: Instant
    previous_due_at: Instant | None = None
    reason: Label | None = None
    legal_basis: Label | None = None


class WithdrawalRequested(Claim):
    """Yêu cầu rút hồ sơ: asked for, not yet confirmed by an officer."""


class Withdrawn(Claim):
    """Rút hồ sơ: confirmed."""


class ProcessingStopped(Claim):
    """Dừng xử lý, trả hồ sơ: an end."""

    reason: Label | None = None


class ProcessingFinished(Claim):
    """Đã xử lý xong: the end that counts for on time or late (NgayKetThucXuLy)."""


class ResultReturned(Claim):
    """Trả kết quả: handed over (NgayTra)."""

    by: ReturnedBy | None = None


class ResultRecalled(Claim):
    """Thu hồi kết quả: back to finished; the earlier end is not erased."""

    reason: Label | None = None


class Reopened(Claim):
    """Xử lý lại: the end ceases to be in force from here on, never retroactively."""

    reason: Label | None = None
    due_at: Instant | None = None


class DossierVoided(Claim):
    """Xóa hồ sơ thử, tiếp nhận nhầm: leaves the statistics by an explicit rule, never the log."""

    reason: Label | None = None


class Recoded(Claim):
    """Đổi mã: from here the same system writes another code for the dossier."""

    new_code: Code


class Reassigned(Claim):
    """Chuyển đơn vị: another handling agency (`agency`)."""

    previous_agency: Code | None = None


class PaymentConfirmed(Claim):
    """Đã thanh toán."""

    reference: Code | None = None
    amount_vnd: Annotated[int, Field(ge=0, le=10**15)] | None = None
    via: PaidVia | None = None


class ComponentDigitised(Claim):
    """Số hóa thành phần hồ sơ: one component is there as a file; `reused` where it came from an earlier dossier."""

    component: Code | None = None
    reused: bool | None = None


class ResultDigitised(Claim):
    """Số hóa kết quả: the result is there as a file."""

    result: Code | None = None


class DocumentSigned(Claim):
    """A document of the dossier was signed; `digitally` says how."""

    document: Code | None = None
    digitally: bool


class IdentityVerified(Claim):
    """The applicant's account was verified; only that it was and the request's number, never who."""

    request: Code | None = None


class Linked(Frozen):
    """This dossier is the one that `system` calls `code`."""

    system: SystemName
    code: Code


class Unlinked(Frozen):
    """This dossier is not the one that `system` calls `code`. An operator's word beats any system's."""

    system: SystemName
    code: Code


class Retracted(Frozen):
    """An earlier claim of the same system on the same code is taken back; it names that act's key."""

    act: Label
    act_id: Code | None = None
    at: Instant | None = None
    """`occurred_at` of the act that is taken back, where it has no id of its own."""
    item: Code | None = None


class SystemConnected(Frozen):
    """Tenant-level: this system takes part from `occurred_at` on, as this kind, for these agencies (absent: all)."""

    kind: SystemKind
    agencies: tuple[Code, ...] | None = None


class SystemDisconnected(Frozen):
    """Tenant-level: this system takes part no more from `occurred_at` on."""


class Restated(Frozen):
    """Announcement: nothing new was said about this dossier, but a configuration or merge changed what follows."""

    cause: Label
    """Id of the event that changed it."""


class DossiersMerged(Frozen):
    """Announcement: a link joined two dossiers; `survivor` goes on with both."""

    survivor: Label
    absorbed: Label
    cause: Label


class DossiersSplit(Frozen):
    """Announcement: an unlink parted a dossier; `origin` keeps the least code, `parted` goes on with the others."""

    origin: Label
    parted: Label
    cause: Label


Scope = Literal["dossier", "identity", "tenant", "announcement"]

ACTS: dict[str, tuple[type[Frozen], Scope]] = {
    "status_reported": (StatusReported, "dossier"),
    "submitted": (DossierSubmitted, "dossier"),
    "acceptance_supplement_requested": (AcceptanceSupplementRequested, "dossier"),
    "accepted": (DossierAccepted, "dossier"),
    "refused": (DossierRefused, "dossier"),
    "forwarded": (Forwarded, "dossier"),
    "step_completed": (StepCompleted, "dossier"),
    "supplement_requested": (SupplementRequested, "dossier"),
    "supplement_received": (SupplementReceived, "dossier"),
    "financial_obligation_requested": (FinancialObligationRequested, "dossier"),
    "financial_obligation_fulfilled": (FinancialObligationFulfilled, "dossier"),
    "suspended": (Suspended, "dossier"),
    "resumed": (Resumed, "dossier"),
    "due_date_changed": (DueDateChanged, "dossier"),
    "withdrawal_requested": (WithdrawalRequested, "dossier"),
    "withdrawn": (Withdrawn, "dossier"),
    "processing_stopped": (ProcessingStopped, "dossier"),
    "processing_finished": (ProcessingFinished, "dossier"),
    "result_returned": (ResultReturned, "dossier"),
    "result_recalled": (ResultRecalled, "dossier"),
    "reopened": (Reopened, "dossier"),
    "voided": (DossierVoided, "dossier"),
    "recoded": (Recoded, "identity"),
    "reassigned": (Reassigned, "dossier"),
    "payment_confirmed": (PaymentConfirmed, "dossier"),
    "component_digitised": (ComponentDigitised, "dossier"),
    "result_digitised": (ResultDigitised, "dossier"),
    "document_signed": (DocumentSigned, "dossier"),
    "identity_verified": (IdentityVerified, "dossier"),
    "linked": (Linked, "identity"),
    "unlinked": (Unlinked, "identity"),
    "retracted": (Retracted, "dossier"),
    "system_connected": (SystemConnected, "tenant"),
    "system_disconnected": (SystemDisconnected, "tenant"),
    "agency_declared": (AgencyDeclared, "tenant"),
    "agency_succeeded": (AgencySucceeded, "tenant"),
    "procedure_declared": (ProcedureDeclared, "tenant"),
    "calendar_declared": (CalendarDeclared, "tenant"),
    "figures_submitted": (FiguresSubmitted, "tenant"),
    "restated": (Restated, "announcement"),
    "merged": (DossiersMerged, "announcement"),
    "split": (DossiersSplit, "announcement"),
}
"""Act → its class and what it is about. Announcements are ours: no system can observe one."""
