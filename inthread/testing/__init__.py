"""For plugin authors and tests: fakes of each SPI protocol, and the conformance kit.

The fakes keep everything in memory, take the time from a clock they are given and misbehave on
demand. The checks call a plugin the way the product does and say what they saw.
"""

from __future__ import annotations

from inthread.testing.check_miniapp import check_miniapp as check_miniapp
from inthread.testing.check_payments import check_payment_provider as check_payment_provider
from inthread.testing.checks import Finding as Finding
from inthread.testing.checks import Levers as Levers
from inthread.testing.checks import check_blobs as check_blobs
from inthread.testing.checks import check_channel as check_channel
from inthread.testing.checks import check_connector as check_connector
from inthread.testing.checks import check_vault as check_vault
from inthread.testing.fake_office import Died as Died
from inthread.testing.fake_office import Effect as Effect
from inthread.testing.fake_office import FakeOffice as FakeOffice
from inthread.testing.fake_payments import FakePayments as FakePayments
from inthread.testing.fakes import FakeBlobs as FakeBlobs
from inthread.testing.fakes import FakeChannel as FakeChannel
from inthread.testing.fakes import FakeScanner as FakeScanner
from inthread.testing.samples import a_payment as a_payment
from inthread.testing.samples import a_writeback as a_writeback
from inthread.testing.samples import an_outgoing as an_outgoing

__all__ = [
    "Died", "Effect", "FakeBlobs", "FakeChannel", "FakeOffice", "FakePayments",
    "FakeScanner", "Finding", "Levers", "a_payment", "a_writeback", "an_outgoing", "check_blobs",
    "check_channel", "check_connector", "check_miniapp", "check_payment_provider", "check_vault",
]
