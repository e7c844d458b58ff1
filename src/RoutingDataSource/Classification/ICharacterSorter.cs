namespace ReplicaRouting.Classification;

/// <summary>Sorts characters 64 at a time.</summary>
internal interface ICharacterSorter
{
    /// <summary>Sorts a block.</summary>
    /// <param name="block">The first of 64 characters.</param>
    /// <param name="masks">One bit for each.</param>
    public static abstract void Sort(ref ushort block, out CharacterMasks masks);
}
