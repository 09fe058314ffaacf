"""How hypothesis looks for counterexamples here: as long as it takes, and the same way in CI."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile("unit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "mutation",  # a mutant is noticed by the first counterexample; the smallest one says no more
    settings.get_profile("unit"),
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
)
settings.load_profile("unit")
