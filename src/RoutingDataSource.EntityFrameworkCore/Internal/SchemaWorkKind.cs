namespace ReplicaRouting.EntityFrameworkCore.Internal;

/// <summary>What schema work does to the database.</summary>
internal enum SchemaWorkKind
{
    /// <summary>Looks, or finds out on its way whether there is anything to do.</summary>
    Read,

    /// <summary>Changes what the database contains.</summary>
    Change,

    /// <summary>Creates the database.</summary>
    Create,

    /// <summary>Drops the database.</summary>
    Drop,
}
