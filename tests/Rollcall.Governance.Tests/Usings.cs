global using Rollcall.Access.Tests.Support;
global using Rollcall.Governance.Tests.Support;
global using Xunit;
