namespace ReplicaRouting.Tool.Common;

/// <summary>Something that the user can put right. The message is one line: what is wrong, then what to do. It holds no secret.</summary>
internal sealed class UserErrorException(string message) : Exception(message);
