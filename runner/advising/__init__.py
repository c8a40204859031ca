"""From a goal and its constraints to a way of customizing, with reasons that name their source."""
