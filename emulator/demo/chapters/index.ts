/** Longer stories, each told on a stack of its own: `npm run demo -- --chapter <name>`. */
import type { Context, StepResult } from "../context.ts";
import type { Progress } from "../progress.ts";
import { admit } from "../steps/admit.ts";
import { replicate } from "../steps/replicate.ts";
import { destroysAllButHeld } from "./destroy.ts";
import { putsBack, reportsDrift } from "./drift.ts";

type Step = (context: Context, progress: Progress) => Promise<StepResult>;

export const chapters: Readonly<Record<string, readonly (readonly [title: string, step: Step])[]>> = {
  drift: [
    ["refresh reports what was changed from outside", reportsDrift],
    ["up puts it back", putsBack],
  ],
  destroy: [
    ["admit 40 recordings", admit],
    ["replicate to the DR region", replicate],
    ["destroy keeps what is held", destroysAllButHeld],
  ],
};
