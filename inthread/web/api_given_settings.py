"""What the API takes and gives about settings, as its documentation shows it. Examples are made
up."""

from __future__ import annotations

from datetime import datetime

from inthread.web.api_given import Given
from inthread.web.api_sent import Asked, Sent, described, parameter


class SettingPath(Asked):
    name: str = parameter("The setting's name.", "second_approver", pattern=r"^[a-z_]{1,60}$")


class SettingValue(Sent):
    value: dict[str, int] = described(
        "Every number of the setting.", {"share": 5, "least": 1}, max_length=20
    )


class ConsoleSetting(Given):
    name: str = described("The setting's name.", "second_approver")
    says: str = described("What it does.", "When a draft needs two people to approve it.")
    value: dict[str, int] = described("What holds now.", {"share": 5, "least": 1})
    set_by: str | None = described("Who set it; null while the default holds.", None)
    set_at: datetime | None = described("When it was set.", None)


class ConsoleSettings(Given):
    settings: list[ConsoleSetting] = described("All there are.", [])
