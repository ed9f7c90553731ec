"""Settings: the thresholds that admins move."""

from __future__ import annotations

from inthread.commands.answer_once import Reply
from inthread.commands.set_console_setting import set_console_setting
from inthread.domain.actor import Actor
from inthread.queries.settings_page import InForce, settings_page
from inthread.web import api_given_settings as give
from inthread.web import api_sent as sent
from inthread.web.api import ALWAYS, PREFIX, SETTINGS, WITH_BODY, Api, and_problems, needs
from inthread.web.api_cases import instant
from inthread.web.responding import runtime

bp = Api("api_settings", __name__, url_prefix=PREFIX, abp_tags=[SETTINGS],
         abp_security=[{"key": []}], abp_responses=ALWAYS)


@bp.get(
    "/settings", operation_id="findSettings", summary="Find settings",
    description="Every threshold that admins set, as it holds now.",
    responses={200: give.ConsoleSettings},
)
@needs("settings:write")
def find(actor: Actor) -> Reply:
    found = settings_page(runtime(), actor=actor)
    return Reply(200, {"settings": [_one(each) for each in found]})


@bp.post(
    "/settings/<name>", operation_id="setSetting", summary="Set a setting",
    description="The whole value, in force at once.",
    responses={200: give.ConsoleSetting, **WITH_BODY, **and_problems(404)},
)
@needs("settings:write")
def keep(
    actor: Actor, header: sent.OnceKey, path: give.SettingPath, body: give.SettingValue
) -> Reply:
    set_console_setting(runtime(), actor=actor, name=path.name, value=body.value)
    found = settings_page(runtime(), actor=actor)
    return Reply(200, next(_one(each) for each in found if each.setting.name == path.name))


def _one(each: InForce) -> dict[str, object]:
    return {
        "name": each.setting.name, "says": each.setting.says, "value": dict(each.value),
        "set_by": each.set_by, "set_at": instant(each.set_at),
    }
