// SCIMMY's routers over a map in memory, as their README sets them up: https://github.com/scimmyjs/scimmy-routers (read 2026-11-29).
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";
import {randomUUID} from "node:crypto";

const TOKEN = process.env.SCIM_TOKEN;

function stored(kept, name) {
    return {
        ingress: (resource, instance) => {
            const id = resource.id ?? randomUUID();
            if (resource.id && !kept.has(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
            const same = [...kept.values()].find((each) => each.id !== id && each[name]?.toLowerCase() === instance[name]?.toLowerCase());
            if (name === "userName" && same) throw new SCIMMY.Types.Error(409, "uniqueness", `${instance[name]} is in use`);
            const now = new Date();
            const document = {...JSON.parse(JSON.stringify(instance)), id, meta: {created: kept.get(id)?.meta.created ?? now, lastModified: now}};
            kept.set(id, document);
            return document;
        },
        egress: (resource) => {
            if (resource.id) {
                if (!kept.has(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
                return kept.get(resource.id);
            }
            const all = [...kept.values()];
            return resource.filter ? resource.filter.match(all) : all;
        },
        degress: (resource) => {
            if (!kept.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
        }
    };
}

SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), stored(new Map(), "userName"));
SCIMMY.Resources.declare(SCIMMY.Resources.Group, stored(new Map(), "displayName"));

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${TOKEN}`) throw new Error("who are you?");
        return "administrator";
    }
}));
const server = app.listen(0, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${server.address().port}/scim/v2\n`));
process.stdin.resume().on("end", () => process.exit(0));
