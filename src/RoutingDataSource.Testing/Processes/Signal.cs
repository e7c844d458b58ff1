namespace ReplicaRouting.Testing;

/// <summary>Signals by their names; <see cref="UnixProcess"/> knows the numbers, which differ between Linux and macOS.</summary>
internal enum Signal
{
    Hangup,
    Interrupt,
    Kill,
    Stop,
    Continue,
}
