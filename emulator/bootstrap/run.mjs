/**
 * `node emulator/bootstrap/run.mjs <task> …args`: the door through which every npm script goes.
 *
 * This file stays readable for Node versions that cannot run the rest, so that they get a sentence instead of a
 * syntax error; everything else is loaded from main.mjs.
 */
const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  process.stderr.write(
    `HF5001 node ${process.versions.node}\n` +
      "  why:     Holdfast starts on Node 20 or newer\n" +
      "  fix:     install Node 24 (nodejs.org, nvm, or your system's package `nodejs`) and run the command again\n",
  );
  process.exit(1);
} else {
  import("./main.mjs").then((main) => main.main(process.argv.slice(2)));
}
