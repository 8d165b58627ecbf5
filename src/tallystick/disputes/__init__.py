"""Disputes and complaints."""
