namespace ReplicaRouting.Classification;

/// <summary>A setting that lasts until the connection closes, and the statement that makes it again elsewhere.</summary>
/// <param name="Name">The parameter in lower case; <see cref="Everything"/> for <c>RESET ALL</c>.</param>
/// <param name="Sql">The statement, without placeholders.</param>
internal readonly record struct SessionSetting(string Name, string Sql)
{
    public const string Everything = "*";

    /// <summary>Puts a setting behind others. It takes the place of an earlier one, RESET ALL that of all but the role, which it leaves alone.</summary>
    public static void Put(List<SessionSetting> settings, SessionSetting setting)
    {
        settings.RemoveAll(earlier => setting.Name == Everything ? earlier.Name != "role" : earlier.Name == setting.Name);
        settings.Add(setting);
    }
}
