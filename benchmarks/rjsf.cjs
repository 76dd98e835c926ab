// RJSF on the server: reads {"schema", "data"} from standard input, then answers each line with the microseconds of one
// rendering. NODE_PATH says where react, react-dom, @rjsf/core and @rjsf/validator-ajv8 are.
process.env.NODE_ENV = "production";
const readline = require("readline");
const { createElement } = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const Form = require("@rjsf/core").default;
const validator = require("@rjsf/validator-ajv8").default;

let props = null;
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  if (props === null) {
    const given = JSON.parse(line);
    props = { schema: given.schema, formData: given.data, validator };
  }
  const began = process.hrtime.bigint();
  renderToStaticMarkup(createElement(Form, props));
  console.log(String(Number(process.hrtime.bigint() - began) / 1000));
});
