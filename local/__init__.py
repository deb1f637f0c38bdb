"""The local stack: start the emulator, build, deploy, seed, serve; and nothing else."""
