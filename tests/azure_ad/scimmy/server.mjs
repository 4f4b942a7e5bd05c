// A SCIM server made of SCIMMY, as its README shows it: what the library refuses is refused, nothing is bent to Azure AD.
// Every first path segment is a tenant with users and groups of its own. Prints its port once it listens.
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const [token] = process.argv.slice(2);
const tenants = new Map();
const { User, Group } = SCIMMY.Resources;

function kept(tenant, type) {
  const name = `${tenant}/${type}`;
  if (!tenants.has(name)) tenants.set(name, Object.assign(new Map(), { made: 0 }));
  return tenants.get(name);
}

function refuse(status, type, message) {
  throw new SCIMMY.Types.Error(status, type, message);
}

function declare(Resource, unique) {
  const type = Resource.name;
  SCIMMY.Resources.declare(Resource)
    .ingress((resource, data, tenant) => {
      const all = kept(tenant, type);
      if (resource.id && !all.has(resource.id)) refuse(404, null, `Resource ${resource.id} not found`);
      const id = resource.id ?? `${type[0].toLowerCase()}${(all.made += 1)}`;
      for (const other of all.values()) {
        if (other.id !== id && other[unique]?.toLowerCase() === data[unique]?.toLowerCase()) {
          refuse(409, "uniqueness", `${unique} '${data[unique]}' is taken`);
        }
      }
      all.set(id, { ...JSON.parse(JSON.stringify(data)), id });
      return all.get(id);
    })
    .egress((resource, tenant) => {
      const all = kept(tenant, type);
      if (!resource.id) return resource.filter ? resource.filter.match([...all.values()]) : [...all.values()];
      return all.get(resource.id) ?? refuse(404, null, `Resource ${resource.id} not found`);
    })
    .degress((resource, tenant) => {
      if (!kept(tenant, type).delete(resource.id)) refuse(404, null, `Resource ${resource.id} not found`);
    });
}

declare(User, "userName");
declare(Group, "displayName");
User.extend(SCIMMY.Schemas.EnterpriseUser, false);

const app = express();
app.use("/:tenant/scim", new SCIMMYRouters({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("Authorization not detected!");
    return "Azure AD";
  },
  context: (request) => request.baseUrl.split("/")[1],
}));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
