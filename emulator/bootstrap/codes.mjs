/** Codes of the bootstrap (HF50xx set-up and command line), as plain data; docs/troubleshooting.md is made from them. */

/** @type {Readonly<Record<string, {title: string, meaning: string, fix: string}>>} */
export const bootstrapCodes = {
  HF5001: {
    title: "Node is too old to start",
    meaning:
      "The bootstrap itself needs Node 20. What it runs needs Node 22.18, the first that runs TypeScript files as they are; where an older one is there, it brings a newer one from npm into the tool cache, if an npm package carries Node for this platform.",
    fix: "Install Node 24 and run the command again.",
  },
  HF5002: {
    title: "npm is missing",
    meaning: "Dependencies come through npm with your own registry settings. No npm was found on PATH.",
    fix: "Install the package `npm`, or Node from nodejs.org, which brings npm.",
  },
  HF5003: {
    title: "No Python that can make a virtual environment",
    meaning:
      "The emulated cloud runs in a Python virtual environment in the tool cache. Python 3.10 or newer with the modules venv and ensurepip is needed; Debian and Ubuntu ship these two in a package of their own.",
    fix: "Install `python3` and `python3-venv`.",
  },
  HF5004: {
    title: "Neither a Pulumi engine nor a way to get one",
    meaning:
      "No recent `pulumi` is on PATH, Pulumi's download site did not answer within seconds, and Go, with which the engine could be built, is missing or too old. The message says what was found.",
    fix: "Install Go (at least the version in the message), or Pulumi, or allow access to get.pulumi.com.",
  },
  HF5005: {
    title: "Not enough disk space to set up",
    meaning: "What has to be installed is added up per disk before anything is downloaded, and does not fit.",
    fix: "Free some space, or set HOLDFAST_CACHE to a directory on a larger disk.",
  },
  HF5006: {
    title: "The disk became full",
    meaning:
      "Writing failed for want of space. Half-finished parts have temporary names and are removed by the next run.",
    fix: "Free some space and run the command again; finished parts are kept.",
  },
  HF5007: {
    title: "A directory is not writable",
    meaning:
      "Tools go to the tool cache (HOLDFAST_CACHE, else XDG_CACHE_HOME/holdfast, else ~/.cache/holdfast), run-time state to .local in the checkout (or HOLDFAST_LOCAL), dependencies to node_modules.",
    fix: "Make the directory writable for your user, or set the variables to directories that are.",
  },
  HF5008: {
    title: "Tools of Pulumi's installer are missing",
    meaning: "Pulumi's own installer downloads with curl or wget and unpacks with tar.",
    fix: "Install the packages `tar` and `curl`.",
  },
  HF5009: {
    title: "This operating system is not supported",
    meaning: "The embedded default runs on Linux and macOS.",
    fix: "On Windows, use the Windows Subsystem for Linux.",
  },
  HF5010: {
    title: "An endpoint that is not on this machine",
    meaning:
      "Everything behind `npm run …` talks to loopback only. The address recorded in cloud.json is another one, so nothing is started.",
    fix: "Run `npm run local:down` and `npm run local:up`, which write the address anew.",
  },
  HF5021: {
    title: "Node could not be installed",
    meaning:
      "npm could not install the package that carries Node into the tool cache. The message ends with npm's words.",
    fix: "Check the network and npm's registry setting, or install Node 24 yourself.",
  },
  HF5022: {
    title: "npm ci failed",
    meaning: "Dependencies are installed exactly as package-lock.json says. The message ends with npm's words.",
    fix: "Repair what npm names and run the command again; it starts over cleanly.",
  },
  HF5023: {
    title: "The emulated cloud could not be installed",
    meaning:
      "Making the virtual environment or installing emulator/cloud/requirements.txt failed. The message ends with the tool's words.",
    fix: "Check the network and pip's index setting (PIP_INDEX_URL, pip.conf) and run the command again.",
  },
  HF5024: {
    title: "No usable pulumi on PATH",
    meaning: "HOLDFAST_ENGINE=path asks for the engine on PATH, and there is none of a recent version.",
    fix: "Install Pulumi, or unset HOLDFAST_ENGINE.",
  },
  HF5025: {
    title: "HOLDFAST_ENGINE has an unknown value",
    meaning:
      "It chooses where the engine comes from: `path` (yours), `npm` (the official download) or `go` (built here).",
    fix: "Use one of the three, or unset it.",
  },
  HF5026: {
    title: "The engine could not be downloaded",
    meaning:
      "The npm package `pulumi` or the engine it downloads on first use could not be had, and Go is not there to build one.",
    fix: "Run the command again, or install Go and set HOLDFAST_ENGINE=go.",
  },
  HF5027: {
    title: "The engine could not be built",
    meaning:
      "`go build` of Pulumi's Go module failed. The message ends with Go's words. What was compiled is kept by Go.",
    fix: "Repair what Go names (network, GOPROXY, disk) and run the command again.",
  },
  HF5030: {
    title: "There is no such stack",
    meaning:
      "A stack is a file Pulumi.<name>.yaml in the project's root (or the embedded one). The message lists those that exist.",
    fix: "Use one of them, or write the file.",
  },
  HF5031: {
    title: "No stack was named",
    meaning: "The command is about a stack, none was given with --stack, and none is selected.",
    fix: "Add `--stack dev`, or select one with `npm run pulumi -- stack select dev`.",
  },
  HF5032: {
    title: "Pulumi could not make the stack",
    meaning:
      "Before the first command on a stack, its state is made in .local/state. The message ends with Pulumi's words.",
    fix: "Repair what it names; `npm run local:down` removes this state altogether.",
  },
  HF5033: {
    title: "No emulated cloud is running",
    meaning:
      "up, refresh, destroy and import work on deployed resources and need the emulated cloud. preview does not.",
    fix: "Start it with `npm run local:up`.",
  },
  HF5034: {
    title: "Secrets that only a real cloud can decrypt",
    meaning:
      "The stack file holds values encrypted with a cloud's key service. The embedded default has a passphrase of its own and never contacts that service.",
    fix: "Keep secrets in the cloud's secret store and only their names in the stack file, or use plain `pulumi`.",
  },
  HF5035: {
    title: "The file given with --config-file does not exist",
    meaning: "Relative paths count from the project's root.",
    fix: "Give the path of a stack file.",
  },
  HF5036: {
    title: "The offline provider ended",
    meaning:
      "The process that stands in for the aws provider plugin ended while the engine was using it. Its last words are in the message.",
    fix: "Run the command again; with HOLDFAST_DEBUG=1 everything it says is shown.",
  },
  HF5037: {
    title: "The stack is in use",
    meaning:
      "Another engine process, which is alive, holds the stack's lock. Locks of dead processes are removed without being asked.",
    fix: "Wait until it ends, or end that process.",
  },
  HF5038: {
    title: "The embedded stack could not be deployed",
    meaning: "`pulumi up --stack embedded` failed against the emulated cloud. The message ends with Pulumi's words.",
    fix: "Repair what it names; `npm run local:down` and `npm run local:up` start with an empty cloud.",
  },
};
