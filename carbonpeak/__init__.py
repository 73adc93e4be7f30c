"""The wiring of carbonpeak: environment, settings, clock, addresses; no rule and no table lives here."""
