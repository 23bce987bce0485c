// A SCIM 2.0 server made with SCIMMY (https://github.com/scimmyjs), which Rollcall's authors did not write. Its store is memory.
//
//   SCIMMY_TOKEN=… node server.mjs     prints its base URL on one line and serves until it is ended
//
// Membership is kept at the groups and shown at the users as "groups". It has no versions: what it says of itself is SCIMMY's own.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const token = process.env.SCIMMY_TOKEN;
if (!token) {
  console.error("SCIMMY_TOKEN is not set: it is the bearer token that clients need.");
  process.exit(1);
}

class Store {
  #resources = new Map();

  constructor(type, key) {
    this.type = type;
    this.key = key;
  }

  get all() {
    return [...this.#resources.values()];
  }

  find(id) {
    const found = this.#resources.get(id);
    if (!found) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
    return found;
  }

  save(id, data) {
    const before = id ? this.find(id) : null;
    const name = String(data[this.key]).toLowerCase();
    if (this.all.some(other => other.id !== id && String(other[this.key]).toLowerCase() === name))
      throw new SCIMMY.Types.Error(409, "uniqueness", `${this.key} is taken`);
    const now = new Date().toISOString();
    const { meta: _, ...values } = JSON.parse(JSON.stringify(data));
    const saved = { ...values, id: id ?? randomUUID(), meta: { resourceType: this.type, created: before?.meta.created ?? now, lastModified: now } };
    this.#resources.set(saved.id, saved);
    return saved;
  }

  remove(id) {
    this.find(id);
    this.#resources.delete(id);
  }
}

const users = new Store("User", "userName");
const groups = new Store("Group", "displayName");

const membersOf = group => group.members ?? [];
const withGroups = user => ({
  ...user,
  groups: groups.all.filter(group => membersOf(group).some(member => member.value === user.id)).map(group => ({ value: group.id, display: group.displayName })),
});
const select = (resource, all) => (resource.filter ? resource.filter.match(all) : all);

SCIMMY.Resources.declare(SCIMMY.Resources.User)
  .ingress((resource, data) => withGroups(users.save(resource.id, { ...data, active: data.active ?? true })))
  .egress(resource => (resource.id ? withGroups(users.find(resource.id)) : select(resource, users.all.map(withGroups))))
  .degress(resource => {
    users.remove(resource.id);
    for (const group of groups.all)
      group.members = membersOf(group).filter(member => member.value !== resource.id);
  });

SCIMMY.Resources.declare(SCIMMY.Resources.Group)
  .ingress((resource, data) => {
    for (const member of membersOf(data)) {
      if (!users.all.some(user => user.id === member.value))
        throw new SCIMMY.Types.Error(400, "invalidValue", `There is no user ${member.value}`);
    }
    return groups.save(resource.id, data);
  })
  .egress(resource => (resource.id ? groups.find(resource.id) : select(resource, groups.all)))
  .degress(resource => groups.remove(resource.id));

const app = express();
app.disable("x-powered-by");
app.use("/scim", new SCIMMYRouters({
  type: "bearer",
  handler: request => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("The bearer token is missing or wrong");
  },
}));
// SCIMMY has answered before it hands an error on; Express's own report would print it again.
app.use((error, request, response, next) => (response.headersSent ? undefined : next(error)));

const server = createServer(app);
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/scim`));
