"""The keys of a strategy document and the words of its orders, each with what it means. What is not here is a mistake.

The reader takes the keys from here, and so does the page of reference, so that neither can know one that the other does not.
"""

from __future__ import annotations

DOCUMENT = {
    "name": "Id of the strategy. Versions of one strategy have the same. Required.",
    "title": "What people call it. Required.",
    "summary": "What it is for, in a few sentences.",
    "calendar": "Calendar whose holidays are no business days, such as `GB-EAW`, which is the default.",
    "start": "State that an account begins in. Required.",
    "splits": "Splits by id: accounts told apart by chance, to compare what becomes of them.",
    "levels": "From how many days past due an item has a level, the first first: `{1: 1 day past due, 2: 14 days past due}`. The "
    "level of an account is the highest of its open items that are not on hold, and the word `level`. Messages say the level of "
    "each item.",
    "one_message_per": "`account`, which is the default, or `debtor`: of a debtor's open accounts with one client that the "
    "strategy treats and that are not held, the one with the oldest open item, and so the highest level, speaks for all; the "
    "others say on the timeline which. The message lists the items of all.",
    "never_when": "Guards by id, each a condition. While one is true no step fires and no answer is given. The guard `paused` is "
    "there by itself: it stops an account that is paused.",
    "states": "States by id. Required.",
    "answers": "Answers to events that are given in every state, after the state's own.",
}

SPLIT = {
    "shares": "Shares of a hundred by arm, such as `{champion: 90, challenger: 10}`. Nobody is in an arm of 0. Required.",
    "by": "`account`, which is the default, or `debtor`: all accounts of a debtor are in one arm.",
    "learns": "How its shares follow what came of the arms; without it they stay as they are written.",
}

LEARNING = {
    "state": "Accounts are counted from when they come to this state, and only there may conditions speak of the arm. Required.",
    "measure": "What is better the more accounts have it: `paid_in_full` or `promise_kept`. Required.",
    "within": "How long they are watched, such as `14 days`. Required.",
    "at_least": "Of a hundred, what every arm keeps whatever was learned; 10 is the default.",
}

STATE = {
    "title": "What people call it; its id in words where nothing is said.",
    "leave": "Transitions: looked at first, in this order. The first whose condition is true takes the account elsewhere.",
    "steps": "Steps, one after the other. An account waits for one of them and makes one a day at most.",
    "answers": "Answers to events in this state; of the answers to one event, the first whose condition is true.",
    "despite": "Guards that stop nothing in this state.",
}

LEAVE = {
    "when": "Condition. Required.",
    "go": "State to go to. Required.",
}

STEP = {
    "id": "Id within the state. Required.",
    "title": "What people call it; its id in words where nothing is said.",
    "when": "Condition; without one the step fires as soon as its delay is over.",
    "after": "Delay: `3 days` or `5 business days` after the step before (entering the state, for the first); or `30 days since "
    "entering`, counted from entering the state whatever came between. `0 days` is the default.",
    "at": "Instead of a delay, a day by the due day of the oldest open item: `5 days before due`, `3 business days after due`. A "
    "step before the due day is passed over once that has come; while nothing is open the account waits.",
    "roll": "Where the day of `at` is no business day: `next business day` or `previous business day` instead.",
    "on": "`business days` or `any day`; business days is the default for a step that gives a person something to do.",
    "do": "Orders, in this order. A step has these or `go`, or both.",
    "go": "State to go to afterwards; without it the account waits for the next step.",
    "otherwise": "What becomes of a step whose condition is not true when its delay is over: `wait` until it is, which is the "
    "default, or `skip` it and go on to the next.",
    "despite": "Guards that do not stop this step, beside those of its state.",
}

ANSWER = {
    "event": "Kind of the event; see below. Required.",
    "title": "What people call the answer; the event where nothing is said.",
    "when": "Condition, asked of the facts after the event.",
    "do": "Orders, in this order. An answer has these or `go`, or both.",
    "go": "State to go to; without it the account stays, and keeps waiting as before.",
    "despite": "Guards that do not stop this answer. One that gives no order and only goes to a state is stopped by none.",
}

#: Words that begin an order, as they are written.
ORDERS = {
    "email": ("email: TEMPLATE", "Send the debtor an e-mail made from a template."),
    "letter": ("letter: TEMPLATE", "Send the debtor a letter made from a template."),
    "sms": ("sms: TEMPLATE", "Send the debtor a text message made from a template."),
    "task": ("task: {kind: …, title: …}", "Give a person something to do."),
    "cancel_tasks": ("cancel_tasks: KIND", "Cancel the open tasks of one kind."),
    "hold": ("hold: {days: …}", "Hold the account for a number of days."),
    "lift_hold": ("lift_hold: REASON", "Lift the holds of one reason; alone, those of the reason `manual`."),
    "pause": (
        "pause: {days: …}",
        "Have the account stand still: no step is made, delays do not run, and it goes on by itself where it was.",
    ),
    "release": ("release", "End a pause before its day."),
    "service": ("service: COMMAND", "Tell the creditor's systems to suspend or to resume the service."),
    "notify": ("notify: {role: …, template: …}", "Tell colleagues by e-mail, with a link to the account."),
    "note": ("note: TEXT", "Write a note on the timeline."),
}

TASK = {
    "kind": "What kind of work it is. Required.",
    "title": "What is to be done, for whoever does it. Required.",
    "team": "Team that gets it, by name; the client's own where nothing is said.",
    "owner": "`true` gives it to whoever looks after the account, where somebody does.",
    "due": "`2 business days` after the step; the same day where nothing is said.",
    "priority": "How urgent it is; `normal` where nothing is said.",
    "note": "What else there is to know.",
    "limit": "`3 business days`: on that day, counted from the step, a task that is not done escalates, once. For a task of a "
    "step, and while the account is in the state of the step.",
    "wait": "`true`: the account waits at this step until the task is done or cancelled, or its limit has come. Needs a limit.",
    "results": "Where an account that waits goes by what came of the task: a state by each word, such as `{promise: promised}`. "
    "After any other it goes on to the next step, or where the step goes.",
    "escalate": "What happens on the day of the limit; where nothing is said, it is told on the timeline, and an account that "
    "waits goes on.",
}

#: What happens when the limit of a task has come.
ESCALATE = {
    "do": "Orders, in this order.",
    "priority": "Weighs the task so much at least.",
    "team": "Gives the task to this team.",
    "owner": "`true` gives the task to whoever looks after the account.",
    "go": "State to go to; without it an account that waits goes on, and another stays where it is.",
    "wait": "`true`: the account waits on for the task.",
}

HOLD = {
    "reason": "Why; `manual` where nothing is said.",
    "days": "For how many days. Required.",
}

PAUSE = {
    "days": "For how many days.",
    "until": "Until a day, the first on which it goes on, such as `2026-12-28`; or `released`: until somebody releases it.",
}

NOTICE = {
    "owner": "`true`: whoever looks after the account.",
    "user": "One person, by user name.",
    "account_manager": "`true`: the creditor's own account manager.",
    "team": "`true`: the account's team; or a team by name.",
    "role": "Everybody with this role who may see the account.",
    "template": "Template of the notice. Required.",
}
