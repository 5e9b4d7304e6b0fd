"""Real logs of a hypervisor's region requests, and their replay through the engine."""
