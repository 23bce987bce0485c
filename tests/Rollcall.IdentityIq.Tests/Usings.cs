global using Rollcall.IdentityIq.Applications;
global using Rollcall.Tests;
