"""How hypothesis looks for counterexamples here: as long as it takes, and the same way in CI."""

from hypothesis import HealthCheck, settings

settings.register_profile("unit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unit")
