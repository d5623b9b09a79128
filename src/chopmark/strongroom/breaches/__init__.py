"""The register of breaches: reports and when each was due, evidence that is frozen, whose records it concerns."""
