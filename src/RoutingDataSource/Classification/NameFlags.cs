namespace ReplicaRouting.Classification;

/// <summary>What is known of a name that a parenthesis follows. Neither <see cref="Harmless"/> nor <see cref="Refused"/>: nothing is known.</summary>
[Flags]
internal enum NameFlags : ushort
{
    None = 0,

    /// <summary>A call is harmless on a replica.</summary>
    Harmless = 1,

    /// <summary>A call must run on the primary.</summary>
    Refused = 2,

    /// <summary>A call leaves session state behind.</summary>
    LeavesState = 4,

    /// <summary>A call may act outside of the database, so it is never made twice.</summary>
    ReachesOutside = 8,

    /// <summary><c>current_setting</c>: harmless for a literal name that does not tell servers apart.</summary>
    CurrentSetting = 16,

    /// <summary><c>set_config</c>: the third argument decides whether state is left.</summary>
    SetConfig = 32,

    /// <summary><c>substring</c> or <c>overlay</c>: FOR among the arguments is a separator.</summary>
    Substring = 64,

    /// <summary>Unquoted and unqualified, this is a keyword that can never be a function's name.</summary>
    Syntax = 128,

    /// <summary>Unquoted and unqualified, this is a keyword, which may also be a function's name.</summary>
    Keyword = 256,

    /// <summary>A volatile function of the user's database has this name, so that <c>row.name</c> may call it.</summary>
    Attribute = 512,
}
