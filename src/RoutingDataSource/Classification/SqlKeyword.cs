namespace ReplicaRouting.Classification;

/// <summary>The words that steer the classifier. Every other word is a name to it.</summary>
internal enum SqlKeyword : byte
{
    None,
    All, Analyze, And, Any, As, By, Case, Copy, Cube, Cycle, Delete, Distinct, Else, End, Except, Exists, Explain, False, Fetch, For, From,
    Full, Group, Grouping, Having, In, Inner, Insert, Intersect, Into, Is, Join, Lateral, Left, Limit, Materialized, Merge, Not, Null, Offset,
    On, Only, Operator, Or, Order, Ordinality, Outer, Partition, Recursive, Returning, Right, Rollup, Rows, Search, Select, Set, Some, Table, Tablesample, Then,
    True, Uescape, Union, Update, Using, Values, Verbose, When, Where, Window, With, Within, Cross, Natural, Like, Ilike, Between,

    // Columns that only a sequence has.
    LastValue, IsCalled, LogCnt,
}
