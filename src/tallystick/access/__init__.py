"""Users, roles, scopes and the audit trail: who may see and do what, and who did."""
