"""The question of `rules.may`, asked of a whole set of accounts in one statement. Twin of the rule, and held to it by a test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tallystick.contact.rules import may
from tallystick.contact.rules.words import Audience, Channel, Command, Purpose, To
from tallystick.holds import rules as hold_rules
from tallystick.kernel import sql

_PACKAGE = "tallystick.contact"
_ADDRESSES = {
    Channel.EMAIL: "address_point",
    Channel.SMS: "address_point",
    Channel.LETTER: "address_postal",
    Channel.SERVICE: "address_service",
}
_POINT_KINDS = {Channel.EMAIL: "email", Channel.SMS: "mobile"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a set of messages has in common: everything the questions depend on beside the account."""

    channel: Channel
    purpose: Purpose
    command: Command | None = None
    to: To | None = None

    def _address(self) -> str:
        if self.channel != Channel.NOTICE:
            return _ADDRESSES[self.channel]
        audience = (self.to or To(Audience.OWNER)).audience
        return f"address_{audience.value}"

    def rules(self) -> tuple[may.Rule, ...]:
        """Give the questions that concern these messages, in the order they are asked."""
        example = may.Situation(channel=self.channel, purpose=self.purpose, command=self.command)
        return tuple(rule for rule in may.RULES if rule.asked(example))

    def situation(self) -> str:
        """Give the query of the situation: it reads `chosen` (account_id, cause_id, message_id)."""
        text = sql.load(_PACKAGE, "may.sql", "situation")
        asked = {rule.name for rule in self.rules()}
        # Written into the text, not passed: what is not asked is never looked for.
        asks = {f"ask_{rule.name}": "true" if rule.name in asked else "false" for rule in may.RULES}
        return sql.fill(text, address=sql.load(_PACKAGE, "may.sql", self._address()), **asks)

    def otherwise(self) -> str:
        """Give the condition that every question but the one of frequency is answered yes."""
        names = [rule.name for rule in self.rules() if rule.name != "seldom"]
        return " AND ".join(names)

    def answers(self) -> str:
        """Give the expression of the answers rule by rule, as JSON, and of how often the person heard from us.

        Most messages go to people who have not heard from us, and may be sent: theirs is written down once.
        """
        names = [rule.name for rule in self.rules()]
        usual: dict[str, bool | int] = dict.fromkeys(names, True)
        is_usual = list(names)
        if "seldom" in names:
            names.append("heard")
            usual["heard"] = 0
            is_usual.append("heard = 0")
        pairs = ", ".join(f"'{name}', {name}" for name in names)
        return (
            f"CASE WHEN {' AND '.join(is_usual)} THEN '{json.dumps(usual)}'::jsonb ELSE jsonb_build_object({pairs}) END"
        )

    def refusal(self) -> str:
        """Give the expression of the code of the first "no"; empty text when there is none."""
        cases = " ".join(f"WHEN NOT {rule.name} THEN '{rule.code}'" for rule in self.rules())
        return f"CASE {cases} ELSE '' END"

    def params(self, limits: may.Limits, *, at: datetime) -> Mapping[str, Any]:
        """Give the parameters of the situation's query."""
        activity = may.activity_of(purpose=self.purpose, command=self.command)
        stopping = [] if activity is None else [reason.value for reason in hold_rules.stopping(activity)]
        return {
            "at": at,
            "heard_since": at - timedelta(days=limits.cap_days),
            "cap": limits.cap_messages,
            "stopping": stopping,
            "point_kind": _POINT_KINDS.get(self.channel, ""),
            "audience": self.to.name if self.to else "",
        }


@dataclass(frozen=True, slots=True)
class MayWe:
    """The answers for one account before anything is queued, with where a message would go."""

    channel: Channel
    recipient: str
    answers: may.Answers
    #: Each question with its answer, in the order they are asked.
    asked: tuple[tuple[may.Rule, bool], ...]


def may_we(account_id: int, *, channel: Channel, purpose: Purpose, limits: may.Limits, at: datetime) -> MayWe:
    """Ask whether a message may be sent to the debtor of an account now. Nothing is queued, and nothing recorded."""
    asked = Asked(channel, purpose)
    query = sql.fill(
        sql.load(_PACKAGE, "may.sql", "beforehand"),
        situation=asked.situation(),
        answers=asked.answers(),
        refusal=asked.refusal(),
    )
    row = sql.rows(query, {**asked.params(limits, at=at), "account": account_id})[0]
    by_rule = {rule.name: row["answers"][rule.name] for rule in asked.rules()}
    return MayWe(
        channel=channel,
        recipient=row["recipient"],
        answers=may.Answers(by_rule, row["refusal"]),
        asked=tuple((rule, by_rule[rule.name]) for rule in asked.rules()),
    )
