// ajv compiled once for each case. Reads {case name: {schema, valid, invalid, draft7}} as one line of JSON; each further
// line is {"name": case, "what": "accept" or "errors", "runs": n}, answered with the microseconds of one run, or NaN
// where ajv cannot compile the schema or does not judge the data as said. NODE_PATH names the folder of ajv, ajv-formats.
const readline = require("readline");
const addFormats = require("ajv-formats").default;
const Ajv = { true: require("ajv").default, false: require("ajv/dist/2020").default };

const compiled = new Map();
let cases = null;

function compile(name) {
  const { schema, draft7 } = cases[name];
  const make = (allErrors) => {
    const ajv = new Ajv[String(draft7)]({ allErrors, strict: false, logger: false });
    addFormats(ajv);
    return ajv.compile(schema);
  };
  return { accept: make(false), errors: make(true) };
}

function run({ name, what, runs }) {
  if (!compiled.has(name)) compiled.set(name, compile(name));
  const validate = compiled.get(name)[what];
  const data = what === "accept" ? [cases[name].valid] : cases[name].invalid;
  if (data.some((value) => validate(value) !== (what === "accept"))) return NaN;
  const start = process.hrtime.bigint();
  for (let turn = 0; turn < runs; turn++) for (const value of data) validate(value);
  return Number(process.hrtime.bigint() - start) / 1000 / runs;
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  if (cases === null) {
    cases = JSON.parse(line);
    return;
  }
  try {
    console.log(String(run(JSON.parse(line))));
  } catch {
    console.log("NaN");
  }
});
