namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

public enum Mood
{
    Sad,
    Happy,
}
