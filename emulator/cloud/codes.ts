/** Codes of the emulated cloud (HF53xx start and tools, HF54xx calendar), as plain data. */
export const emulatorCloudCodes = {
  HF5301: {
    title: "Another ministack version than the pinned one",
    meaning:
      "The emulated AWS is ministack completed in-process. The completion only fits the pinned version; with another one a patch could miss its target and a test would pass for the wrong reason.",
    fix: "Install emulator/cloud/requirements.txt into the virtual environment named in the message, or remove that environment so that it is made again.",
  },
  HF5302: {
    title: "No Python for the emulated cloud",
    meaning:
      "The emulated AWS runs in its own Python virtual environment, made once from emulator/cloud/requirements.txt in the tool cache. It is not there, or HOLDFAST_PYTHON names a file that is not there.",
    fix: "Run `npm run demo`, which makes it, or set HOLDFAST_PYTHON to a Python that has these requirements.",
  },
  HF5303: {
    title: "The emulated cloud did not start",
    meaning:
      "The emulator or the proxy in front of it ended, or did not answer in time. The message carries the last lines of its log.",
    fix: "Read the log named in the message. Free memory or a slow disk are the usual reasons; a second start is safe, ports are chosen anew each time.",
  },
  HF5304: {
    title: "No emulated cloud is running here",
    meaning: "A command looked for `.local/cloud.json`, which `npm run local:up` writes, and did not find it.",
    fix: "Start the emulated cloud with `npm run local:up`, or name the directory that holds cloud.json.",
  },
  HF5305: {
    title: "The emulated cloud refused a request of its own tools",
    meaning:
      "Seeding principals or reading the deployed lifecycle rules failed. The message names the call and what the emulator answered.",
    fix: "If faults are injected, clear them (DELETE /faults on the control endpoint) and run again; both tools are safe to repeat.",
  },
  HF5401: {
    title: "The calendar cannot run over that period",
    meaning:
      "Virtual time only goes forward: the end must be a date in the form YYYY-MM-DD or an ISO time, and not before the day the calendar already reached.",
    fix: "Give a later `--until`, or remove the calendar's state file together with the emulated cloud it belongs to.",
  },
  HF5402: {
    title: "A deployed lifecycle rule has a form the calendar does not know",
    meaning:
      "The calendar applies documented S3 semantics to the deployed rules. A rule with an action or filter outside those semantics would be applied wrongly, so nothing is applied.",
    fix: "Look at the rule named in the message. If S3 documents its meaning, add it to emulator/cloud/calendar with a hand-worked test.",
  },
} as const;

/** An error of the emulated cloud, in the shape people read everywhere in Holdfast. */
export class EmulatedCloudError extends Error {
  readonly code: keyof typeof emulatorCloudCodes;

  constructor(
    code: keyof typeof emulatorCloudCodes,
    problem: { subject: string; value?: string; why: string; allowed?: string },
    options?: ErrorOptions,
  ) {
    const lines = [
      `${code} ${problem.subject}${problem.value === undefined ? "" : ` = ${problem.value}`}`,
      `  why:     ${problem.why}`,
    ];
    if (problem.allowed !== undefined) lines.push(`  allowed: ${problem.allowed}`);
    lines.push(`  fix:     ${emulatorCloudCodes[code].fix}`);
    super(lines.join("\n"), options);
    this.name = new.target.name;
    this.code = code;
  }
}
