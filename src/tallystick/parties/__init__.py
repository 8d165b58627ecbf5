"""People and companies, groups, contact points, consent."""
