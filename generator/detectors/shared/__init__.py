"""What several detectors use."""
