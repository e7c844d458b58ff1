using System.CommandLine;
using ReplicaRouting.Tool.Classify;

var root = new RootCommand("Tells where RoutingDataSource would send a statement, and why.");
root.Add(ClassifyCommand.Create());
return await root.Parse(args).InvokeAsync();
