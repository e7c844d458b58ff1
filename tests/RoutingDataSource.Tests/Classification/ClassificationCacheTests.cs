using ReplicaRouting.Classification;

namespace ReplicaRouting.Tests.Classification;

public sealed class ClassificationCacheTests
{
    [Fact]
    public void Classify_SameText_AnswersTheSameByReferenceAndByContent()
    {
        var cache = new ClassificationCache(Catalogs.BuiltIn);
        var text = "SELECT id FROM t FOR UPDATE";
        var copy = new string(text.AsSpan());
        var expected = StatementClassifier.Classify(text, Catalogs.BuiltIn);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(expected, cache.Classify(text));
            Assert.Equal(expected, cache.Classify(copy));
        }
    }

    [Fact]
    public void Classify_Hits_AllocateNothing()
    {
        var cache = new ClassificationCache(Catalogs.BuiltIn);
        var text = "SELECT id FROM t";
        var copies = Enumerable.Range(0, 100).Select(_ => new string(text.AsSpan())).ToArray();
        cache.Classify(text);
        Array.ForEach(copies, copy => cache.Classify(copy));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            cache.Classify(text);
            cache.Classify(copies[i % copies.Length]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Classify_NewText_AllocatesNothingInTheClassifier()
    {
        var text = "SELECT \"a\", nextval('s') FROM x.y AS z(a, b) WHERE c = @d AND current_setting('a.b') = ANY (ARRAY[1, 2]) FOR UPDATE; SET LOCAL e = 'f'";
#if DEBUG
        // Vector operations box their operands when nothing is optimised.
        Func<string, FunctionCatalog, StatementClass> classify = (sql, catalog) => StatementClassifier.Scan(sql, catalog);
#else
        Func<string, FunctionCatalog, StatementClass> classify = (sql, catalog) => StatementClassifier.Classify(sql, catalog);
#endif
        classify(text, Catalogs.Corpus);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            classify(text, Catalogs.Corpus);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Classify_MoreThanTheBounds_StaysWithinThem()
    {
        var cache = new ClassificationCache(Catalogs.BuiltIn);
        for (var i = 0; i < 20_000; i++)
        {
            cache.Classify($"SELECT {i} /* {new string('x', 2000)} */");
        }

        Assert.InRange(cache.Bytes, 1, ClassificationCache.MaxBytes);
        var tooLong = "SELECT '" + new string('x', ClassificationCache.MaxTextLength) + "'";
        var bytes = cache.Bytes;
        Assert.True(cache.Classify(tooLong).IsReadOnly);
        Assert.Equal(bytes, cache.Bytes);
    }

    [Fact]
    public void RememberRefusal_OfARead_SendsItsContentToThePrimaryFromThenOn()
    {
        var cache = new ClassificationCache(Catalogs.BuiltIn);
        var text = "/* route: replica */ SELECT * FROM a_view_over_nextval";
        var copy = new string(text.AsSpan());
        Assert.True(cache.Classify(text).IsReadOnly);
        Assert.True(cache.Classify(copy).IsReadOnly);
        cache.RememberRefusal(text);
        Assert.Equal(RouteReason.RememberedRefusal, cache.Classify(text).Reason);
        Assert.Equal(RouteReason.RememberedRefusal, cache.Classify(copy).Reason);
        Assert.Equal(RouteHint.Replica, cache.Classify(copy).Hint);
        Assert.True(cache.Classify("SELECT 1").IsReadOnly);

        var next = new ClassificationCache(Catalogs.Corpus, cache.Refusals);
        Assert.Equal(RouteReason.RememberedRefusal, next.Classify(copy).Reason);
    }

    [Fact]
    public void RememberRefusal_OfAVeryLongText_IsRememberedToo()
    {
        var cache = new ClassificationCache(Catalogs.BuiltIn);
        var text = "SELECT '" + new string('x', ClassificationCache.MaxTextLength) + "'";
        Assert.True(cache.Classify(text).IsReadOnly);
        cache.RememberRefusal(text);
        Assert.Equal(RouteReason.RememberedRefusal, cache.Classify(text).Reason);
    }

    [Fact]
    public async Task Classify_WhileRefusalsAreRemembered_NeverForgetsThem()
    {
        var cache = new ClassificationCache(Catalogs.BuiltIn);
        var texts = Enumerable.Range(0, 200).Select(i => $"SELECT {i}").ToArray();
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Array.ForEach(texts, text => cache.Classify(text));
            }
        })).ToArray();
        foreach (var text in texts)
        {
            cache.RememberRefusal(text);
            Assert.Equal(RouteReason.RememberedRefusal, cache.Classify(text).Reason);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.All(texts, text => Assert.Equal(RouteReason.RememberedRefusal, cache.Classify(text).Reason));
    }

    [Fact]
    public void Add_MoreThanTheBounds_ForgetsTheOldest()
    {
        var memory = new TextMemory();
        Assert.True(memory.IsEmpty);
        for (var i = 0; i <= TextMemory.MaxEntries; i++)
        {
            Assert.True(memory.Add($"text {i}"));
        }

        Assert.Equal(TextMemory.MaxEntries, memory.Count);
        Assert.False(memory.Contains("text 0"));
        Assert.True(memory.Contains("text 1"));
        Assert.False(memory.Add("text 1"));
        Assert.True(memory.Add(new string('x', (int)TextMemory.MaxBytes)));
        Assert.Equal(TextMemory.MaxEntries, memory.Count);
        Assert.True(memory.Add(new string('x', (int)(TextMemory.MaxBytes / 2) - 10)));
        Assert.True(memory.Count < TextMemory.MaxEntries);
    }
}
