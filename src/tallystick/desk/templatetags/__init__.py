"""Words of templates: icons, amounts, days, the sidebar, charts."""
