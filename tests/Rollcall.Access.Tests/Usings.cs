global using Rollcall.Testing;
global using Xunit;
