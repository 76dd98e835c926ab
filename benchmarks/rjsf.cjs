// RJSF rendered on the server. Reads {case name: props of Form} as one line of JSON; each further line is a case name,
// answered with the microseconds of CPU time of one rendering, or NaN where RJSF throws.
// NODE_PATH names the folder of react, react-dom, @rjsf/core, @rjsf/utils and @rjsf/validator-ajv8.
process.env.NODE_ENV = "production";
const readline = require("readline");
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const Form = require("@rjsf/core").default;
const validator = require("@rjsf/validator-ajv8").default;

let cases = null;
console.error = console.warn = () => {};
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  if (cases === null) {
    cases = JSON.parse(line);
    return;
  }
  const start = process.cpuUsage();
  try {
    renderToStaticMarkup(createElement(Form, { ...cases[line], validator }));
  } catch {
    console.log("NaN");
    return;
  }
  const used = process.cpuUsage(start);
  console.log(String(used.user + used.system));
});
