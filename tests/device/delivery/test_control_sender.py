"""The rig's status on its way."""

from __future__ import annotations

from contextlib import closing

from device.contract.message import Message
from device.delivery.answer_queue import AnswerQueue
from device.delivery.control_sender import ControlSender
from device.publishers.mqtt import MqttPublisher
from device.publishers.mqtt_login import MqttLogin
from device.settings.broker_address import BrokerAddress
from tests.support.programs import wait_until
from tests.support.scripted_broker import ACCEPTED, ScriptedBroker

FIRST, SECOND = (Message(f"selvedge/rig/{name}", b"on", 1) for name in ("first", "second"))


class _InterruptedSender(ControlSender):
    """One whose status is replaced just after it was read: another thread's turn came.

    Attributes:
        is_due: whether that is to happen, once.
    """

    is_due = False
    _kept = FIRST

    @property
    def _status(self) -> Message:
        read = self._kept
        if self.is_due:
            self.is_due = False
            self.announce(SECOND)
        return read

    @_status.setter
    def _status(self, status: Message) -> None:
        self._kept = status


def test_status_that_is_announced_while_another_goes_out_follows() -> None:
    """At no moment is a new status taken for the one that is just being sent."""
    with closing(ScriptedBroker(lambda _: ACCEPTED)) as broker:
        publisher = MqttPublisher(MqttLogin(BrokerAddress("127.0.0.1", broker.port), "rig"))
        publisher.connect(5)
        sender = _InterruptedSender(publisher, AnswerQueue(), FIRST, lambda: None, None)
        sender.is_due = True
        assert sender.post(answers_too=False)
        wait_until(lambda: sender.take_acknowledgement()[0])
        assert sender.post(answers_too=False)
        wait_until(lambda: sender.take_acknowledgement()[0])
        publisher.close()
        assert broker.topics == [FIRST.topic, SECOND.topic]
