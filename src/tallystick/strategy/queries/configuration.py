"""Everything that is published, as files: to be taken to another installation, or compared after an upgrade."""

from __future__ import annotations

from tallystick.strategy.models import Paper, Version
from tallystick.strategy.queries import golden, versions
from tallystick.strategy.rules.lifecycle import State


def file_name(paper: Paper) -> str:
    """Give the file of a folder that holds a strategy or a policy."""
    return f"{'strategies' if paper.is_strategy else 'policies'}/{paper.name}.yaml"


def published() -> list[Version]:
    """Give the published version of every policy and of every strategy, by name, each with its paper."""
    return [
        *versions.all_of_policies().filter(state=State.PUBLISHED).order_by("paper__name"),
        *versions.all_of_strategies().filter(state=State.PUBLISHED).order_by("paper__name"),
    ]


def files() -> dict[str, str]:
    """Give what is published by file name: each document, a strategy with its golden accounts."""
    return {file_name(version.paper): golden.as_file(version) for version in published()}
