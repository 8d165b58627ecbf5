"""Shape of what people enter at the desk. What it means is judged by the rooms below."""
