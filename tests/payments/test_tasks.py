"""Background work of payments: what waited finds its invoice, without anybody asking."""

from tests import builders
from tests.builders import AT, TEST

from tallystick.payments import actions, tasks
from tallystick.payments.models import Payment
from tallystick.payments.rules.states import LineState


def test_a_line_that_waited_for_its_invoice_is_applied_once_that_has_come(till):
    line, other = till.line("30.00", "INV-77"), till.line("5.00", "WHO")
    far = till.far_line()
    tasks.match_waiting(timestamp=0)
    assert not Payment.objects.exists()
    builders.invoice(till.account, "30.00", reference="INV-77")

    for _twice in range(2):
        tasks.match_waiting(timestamp=0)

    for each in (line, other, far):
        each.refresh_from_db()
    assert [each.state for each in (line, other, far)] == [LineState.APPLIED, LineState.WAITING, LineState.WAITING]
    assert Payment.objects.get().recorded_by == "system: exact reference and amount"


def test_what_somebody_parked_stays_parked(till):
    line = till.line("30.00", "INV-77")
    actions.park_line(line_id=line.pk, note="ask first", at=AT, by=TEST)
    builders.invoice(till.account, "30.00", reference="INV-77")

    tasks.match_waiting(timestamp=0)

    line.refresh_from_db()
    assert line.state == LineState.PARKED
