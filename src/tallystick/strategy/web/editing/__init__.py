"""The web door of the editor: a strategy is changed by forms, part by part, in a working copy of one's own."""
