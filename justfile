# Every recipe is one chore of xtask; `cargo xtask --help` tells more.

# List the recipes.
default:
    @just --list

# Start a manager with a simulated fleet.
demo *ARGS:
    cargo xtask demo {{ARGS}}

# Run every check.
test *ARGS:
    cargo xtask test {{ARGS}}

# Read captured payloads and report what the typed values lose.
captures DIR:
    cargo xtask captures {{DIR}}

# Measure the manager against its bars.
bench *ARGS:
    cargo xtask bench {{ARGS}}

# Run the fuzz targets.
fuzz *ARGS:
    cargo xtask fuzz {{ARGS}}

# Visit a real device, and write a redacted capture and a report.
real-device ADDRESS *ARGS:
    cargo xtask real-device {{ADDRESS}} {{ARGS}}

# Check that dependencies go down.
layers:
    cargo xtask layers

# Check the manners of the repository.
tidy:
    cargo xtask tidy

# Rewrite what is generated and committed.
generate:
    cargo xtask generate

# Work on the web UI: install, build, check, test or dev.
ui ACTION:
    cargo xtask ui {{ACTION}}
