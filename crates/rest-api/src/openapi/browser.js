// Lists the operations and schemas of the OpenAPI document.
const element = (name, text, children = []) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};

const schemaText = (schema) => (schema ? JSON.stringify(schema, null, 2) : "none");

const bodyText = (content) => {
  const media = content && Object.values(content)[0];
  return schemaText(media && media.schema);
};

const operationView = (path, method, operation) => {
  const parts = [element("p", operation.description)];
  for (const parameter of operation.parameters || []) {
    parts.push(element("p", `${parameter.in} ${parameter.name}: ${parameter.description || ""}`));
  }
  if (operation.requestBody) parts.push(element("h4", "Body"), element("pre", bodyText(operation.requestBody.content)));
  for (const [status, response] of Object.entries(operation.responses || {})) {
    parts.push(element("h4", `Answer ${status}`), element("pre", bodyText(response.content)));
  }
  const title = `${method.toUpperCase()} ${path}`;
  return element("details", "", [element("summary", `${title}: ${operation.summary || ""}`), ...parts]);
};

const show = async () => {
  const main = document.getElementById("main");
  const api = await (await fetch("/api/v1/openapi.json")).json();
  main.append(element("p", api.info.description));
  const byTag = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation || !operation.responses) continue;
      const tag = (operation.tags || ["other"])[0];
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push(operationView(path, method, operation));
    }
  }
  for (const [tag, views] of byTag) main.append(element("h2", tag), ...views);
  main.append(element("h2", "Schemas"));
  for (const [name, schema] of Object.entries((api.components || {}).schemas || {})) {
    main.append(element("details", "", [element("summary", name), element("pre", schemaText(schema))]));
  }
};

show();
