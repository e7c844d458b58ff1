using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using NpgsqlTypes;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore.Migrations;

/// <summary>What <see cref="ShopContext"/> needs.</summary>
[DbContext(typeof(ShopContext))]
[Migration("1_Create")]
public sealed class Create : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AlterDatabase().Annotation("Npgsql:Enum:mood", "sad,happy");
        migrationBuilder.CreateSequence("item_hilo", incrementBy: 10);
        migrationBuilder.CreateTable(
            "Items",
            table => new
            {
                Id = table.Column<int>(),
                Name = table.Column<string>(),
                Amount = table.Column<int>(),
                Mood = table.Column<Mood>(type: "mood"),
                Tags = table.Column<string[]>(type: "text[]"),
                Span = table.Column<NpgsqlRange<int>>(type: "int4range"),
                Details = table.Column<string>(type: "jsonb"),
            },
            constraints: table => table.PrimaryKey("PK_Items", item => item.Id));
        migrationBuilder.CreateTable(
            "Parts",
            table => new { Id = table.Column<int>(), ItemId = table.Column<int>(), Name = table.Column<string>() },
            constraints: table => table.PrimaryKey("PK_Parts", part => part.Id));
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable("Parts");
        migrationBuilder.DropTable("Items");
        migrationBuilder.DropSequence("item_hilo");
        migrationBuilder.AlterDatabase().OldAnnotation("Npgsql:Enum:mood", "sad,happy");
    }
}
