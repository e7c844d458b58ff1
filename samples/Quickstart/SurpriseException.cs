namespace ReplicaRouting.Quickstart;

/// <summary>Something else happened than what the demo promises.</summary>
internal sealed class SurpriseException(string message) : Exception(message);
