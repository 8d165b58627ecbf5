"""Interest, fees and costs: what is charged, the proof of every figure, and what a payment pays first."""
