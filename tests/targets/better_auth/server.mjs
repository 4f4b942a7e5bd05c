// better-auth's SCIM plugin over its adapter in memory, set up for Entra: https://better-auth.com/docs/plugins/scim (read 2026-11-29).
import {createServer} from "node:http";
import {betterAuth} from "better-auth";
import {memoryAdapter} from "better-auth/adapters/memory";
import {getAuthTables} from "better-auth/db";
import {toNodeHandler} from "better-auth/node";
import {scim} from "@better-auth/scim";

const azureAd = {id: "azure-ad", credentials: [{type: "bearer", id: "first", token: process.env.SCIM_TOKEN}]};
const options = {
    secret: "sessions-of-a-test-which-nobody-opens",
    telemetry: {enabled: false},
    plugins: [scim({connections: [azureAd], compatibility: {microsoftEntra: {acceptLegacyGroupSchema: true}}})]
};
const tables = Object.fromEntries(Object.values(getAuthTables(options)).map((table) => [table.modelName, []]));

let handler;
const server = createServer((request, response) => handler(request, response));
server.listen(0, "127.0.0.1", () => {
    const baseURL = `http://127.0.0.1:${server.address().port}`;
    handler = toNodeHandler(betterAuth({...options, baseURL, database: memoryAdapter(tables)}));
    process.stdout.write(`${baseURL}/api/auth/scim/v2\n`);
});
process.stdin.resume().on("end", () => process.exit(0));
