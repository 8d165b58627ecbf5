"""What currencies are worth by day: rates with their source, and amounts converted by a rate that is shown."""
