using Microsoft.EntityFrameworkCore;

namespace ReplicaRouting.MessageServer;

/// <summary>Writes the messages.</summary>
internal sealed class MessageContext(DbContextOptions<MessageContext> options) : DbContext(options)
{
    public DbSet<Message> Messages => Set<Message>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Message>(message =>
    {
        message.ToTable("messages");
        message.Property(each => each.Id).HasColumnName("id");
        message.Property(each => each.Text).HasColumnName("text");
        message.Property(each => each.Written).HasColumnName("written");
    });
}
